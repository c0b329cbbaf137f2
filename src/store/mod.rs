//! The only module that writes files: paths, atomic writes, formats.
