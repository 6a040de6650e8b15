//! The executor that ships with the program.
