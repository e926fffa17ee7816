DROP TABLE files, kept_files, kept_forms, attempts, recovery_codes, second_factors, password_links, sessions, user_words, users;
