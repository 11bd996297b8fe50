-- Messages go to a journal beside the database first. Programs that do not know it must not open the
-- database: this row is the position in the journal up to which the tables have everything.
INSERT OR IGNORE INTO meta (name, value) VALUES ('journal', '0');
