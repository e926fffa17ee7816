DROP TABLE partner_contracts;
