-- Customers are offered topics in the order that the administrator chose.
ALTER TABLE topics ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
