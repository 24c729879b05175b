DROP TABLE unindexed_registrations;
DROP TABLE registration_words;
