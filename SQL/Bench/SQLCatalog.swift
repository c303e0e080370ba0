/// Every statement of the measurements, generated at build time from the files beside this one.
///
/// They are what the service never runs: rows made up, tables emptied, and the baselines it is compared with.
public enum SQLCatalog {}
