DROP INDEX audit_events_figures;
