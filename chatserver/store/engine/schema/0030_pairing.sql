-- What pairing looks at beside topics and capacity.
ALTER TABLE technicians ADD COLUMN skills    TEXT NOT NULL DEFAULT '[]';
ALTER TABLE technicians ADD COLUMN languages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE technicians ADD COLUMN level     TEXT NOT NULL DEFAULT 'normal';

-- Those with a higher one are served before others.
ALTER TABLE customers ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
