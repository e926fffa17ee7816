//! Which files of the contract text speak of a product: an agreement names nothing that its text does not
//! describe (LC-49).

use super::{Options, Product};
use crate::domain::case::Covered;

/// What the text has to speak of for a product: itself if it needs an agreement, and its options that do.
pub fn keys_needed(product: &Product) -> Vec<String> {
    let itself = product.needs_by_itself().then(|| product.code.clone());
    let options = product.needed_at_most().map(|one| one.options);
    let options = options.unwrap_or_default().into_iter();
    itself
        .into_iter()
        .chain(options.map(|option| option_key(&product.code, &option)))
        .collect()
}

/// Which product files are missing for a product among those there are; what is said of an option may stand
/// in that of the product.
pub fn lacking<T: AsRef<str>>(product: &Product, files: &[T]) -> Vec<String> {
    let known = |key: &str| files.iter().any(|file| file.as_ref() == key);
    let mut needed = keys_needed(product);
    needed.retain(|key| !known(key) && !known(&product.code));
    needed
}

/// How product files and conditions name an option: `trunk_fax`.
pub fn option_key(product: &str, option: &str) -> String {
    format!("{product}_{option}")
}

impl Product {
    /// What of it, booked as `covered` says, no product file speaks of; `None` if all is described.
    pub fn undescribed(
        &self,
        covered: &Covered,
        is_there: impl Fn(&str) -> bool,
    ) -> Option<Covered> {
        if is_there(&self.code) {
            return None;
        }
        let is_missing = |option: &&String| !is_there(&option_key(&self.code, option));
        let options: Options = covered.options.iter().filter(is_missing).cloned().collect();
        (self.needs_by_itself() || !options.is_empty()).then(|| Covered {
            product: self.code.clone(),
            options,
        })
    }
}
