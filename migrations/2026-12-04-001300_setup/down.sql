DROP TABLE setup_marks;
