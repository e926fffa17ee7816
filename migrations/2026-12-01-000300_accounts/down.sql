DROP TABLE files, kept_files, kept_forms, attempts, password_links, sessions, users;
