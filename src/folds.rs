//! Cutting time: train | early-stop | calibrate | test, purged by label interval.
