//! What a program can decide about the completeness of a contract (LC-04 … LC-49).
