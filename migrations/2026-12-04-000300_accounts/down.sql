DROP TABLE files, kept_files, kept_forms, attempts, passkey_challenges, passkeys, recovery_codes, second_factors, password_links, sessions, user_words, users;
