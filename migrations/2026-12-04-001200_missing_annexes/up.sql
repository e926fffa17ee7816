-- What the contract text does not speak of is neither asked for nor concluded.

CREATE FUNCTION product_files(files JSONB) RETURNS JSONB LANGUAGE SQL IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(key ORDER BY key), '[]')
    FROM (
        SELECT substring(path FROM '^[^/]+/produkte/(.+)[.]dj$') AS key, count(*) AS languages
        FROM jsonb_object_keys(files) AS path
        GROUP BY 1
    ) AS one
    WHERE key IS NOT NULL
      AND languages = (SELECT count(*) FROM jsonb_object_keys(files) AS path WHERE path LIKE '%/vertrag.dj')
$$;
COMMENT ON FUNCTION product_files IS 'Keys of the product files that are there in every language in which there is a contract.';

ALTER TABLE contract_versions
    ADD COLUMN annexes JSONB NOT NULL GENERATED ALWAYS AS (product_files(files)) STORED;
ALTER TABLE contract_versions
    ADD CONSTRAINT contract_versions_annexes CHECK (jsonb_typeof(annexes) = 'array');
COMMENT ON COLUMN contract_versions.annexes IS 'Keys of its product files: every case asks for them, and none should read the texts for that.';

-- The line is written by hand or by the form; it stands above the first section.
ALTER TABLE contract_versions
    ADD COLUMN is_sample BOOLEAN NOT NULL
    GENERATED ALWAYS AS (coalesce(files ->> 'contract.toml', '') ~ '(^|\n)sample *= *true') STORED;
COMMENT ON COLUMN contract_versions.is_sample IS 'Whether contract.toml marks the text as a sample (LC-56).';

ALTER TABLE products ADD COLUMN lacking JSONB CONSTRAINT products_lacking CHECK (jsonb_typeof(lacking) = 'array');
COMMENT ON COLUMN products.lacking IS 'Keys of the product files that the version in force lacked when anybody looked last; when they differ, its customers are looked at.';
