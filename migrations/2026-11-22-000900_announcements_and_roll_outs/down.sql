DROP TABLE block_rounds, roll_out_figures, roll_out_customers, roll_outs, dissent_files, notices, sub_processors, announcements;
