DROP TABLE status_days, alerts, runs;
