/// Every statement and migration of Sluice, generated at build time from the files beside this one.
public enum SQLCatalog {}
