DROP TABLE bookings, customers, partners, products, operator;
