INSERT INTO one_row (note) VALUES ('a durable single-row commit');
