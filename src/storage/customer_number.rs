//! Customer numbers as the database keeps them: texts of the collation `customer_number`.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Nullable, Text};

use crate::domain::CustomerNumber;

impl ToSql<Text, Pg> for CustomerNumber {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(self.as_str(), out)
    }
}

impl AsExpression<Text> for CustomerNumber {
    type Expression = <String as AsExpression<Text>>::Expression;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Text>::as_expression(String::from(self))
    }
}

impl AsExpression<Nullable<Text>> for CustomerNumber {
    type Expression = <String as AsExpression<Nullable<Text>>>::Expression;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Nullable<Text>>::as_expression(String::from(self))
    }
}

impl AsExpression<Text> for &CustomerNumber {
    type Expression = <String as AsExpression<Text>>::Expression;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Text>::as_expression(String::from(*self))
    }
}

impl AsExpression<Nullable<Text>> for &CustomerNumber {
    type Expression = <String as AsExpression<Nullable<Text>>>::Expression;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Nullable<Text>>::as_expression(String::from(*self))
    }
}

impl FromSql<Text, Pg> for CustomerNumber {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Pg>>::from_sql(bytes)?;
        Ok(text.parse()?)
    }
}

impl Queryable<Text, Pg> for CustomerNumber {
    type Row = Self;

    fn build(row: Self::Row) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// The lower bound of a list: this customer's number, or before all customers.
pub(super) fn behind(after: Option<CustomerNumber>) -> String {
    after.map(String::from).unwrap_or_default()
}
