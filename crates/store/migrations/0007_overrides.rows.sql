-- A swap that was ended early, as the seventh version wrote it. Put in right after its migration by the tests.

INSERT INTO overrides (id, version, ends_at, body) VALUES ('ovr_01HF7YAT00000000000000001A', 2, 1700000600000000,
    '{"id":"ovr_01HF7YAT00000000000000001A","version":2,"kind":"swap","reason":"the school play","takes":[{"schedule":"platform","people":["eva"],"from":"2023-11-14T22:13:20Z","until":"2023-11-14T23:13:20Z"},{"schedule":"platform","people":["dev"],"from":"2023-11-15T22:13:20Z","until":"2023-11-15T23:13:20Z"}],"made_by":{"person":"primary"},"made_at":"2023-11-14T22:13:20Z","ended":{"by":{"person":"lead"},"at":"2023-11-14T22:23:20Z"}}');
