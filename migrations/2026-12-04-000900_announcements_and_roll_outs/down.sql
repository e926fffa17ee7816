DROP TABLE roll_out_figures, roll_out_customers, roll_outs, dissent_files, notices, sub_processors, announcements, bulk_run_failures, bulk_runs;
