-- A silence that was ended early, as the sixth version wrote it. Put in right after its migration by the tests.

INSERT INTO silences (id, version, ends_at, body) VALUES ('sil_01HF7YAT00000000000000001A', 2, 1700000600000000,
    '{"id":"sil_01HF7YAT00000000000000001A","version":2,"kind":"silence","reason":"known","matchers":[{"name":"host","op":"=~","value":"db-.*"}],"starts_at":"2023-11-14T22:13:20Z","ends_at":"2023-11-14T23:13:20Z","made_by":{"person":"primary"},"made_at":"2023-11-14T22:13:20Z","ended":{"by":{"person":"lead"},"at":"2023-11-14T22:23:20Z"}}');
INSERT INTO silence_changes (one, changes) VALUES (1, 2);
