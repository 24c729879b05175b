DROP TABLE verified_positions;
DROP TABLE session_marks;
