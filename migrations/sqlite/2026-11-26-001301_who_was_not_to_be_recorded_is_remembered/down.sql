DROP TABLE unrecorded_sessions;
