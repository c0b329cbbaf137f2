//! `config.yml` → checked values; all faults in one report.
