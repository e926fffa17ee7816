//! Contract tree to PDF.
