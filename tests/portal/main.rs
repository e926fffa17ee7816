//! Tests of the whole portal.

mod architecture;
