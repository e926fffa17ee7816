DROP TABLE entered_addresses, proposals, objection_files, objections, agreement_documents, agreements, decline_reasons, links, requests;
DROP FUNCTION refuse_early_erasure();
DROP FUNCTION keep_agreement_in_force();
DROP FUNCTION keep_agreement();
