//! Reading a PDF back: text with poppler, soundness with qpdf.
