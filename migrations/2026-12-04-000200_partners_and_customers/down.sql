DROP TABLE bookings, customers, partners, products, branding, operator;
