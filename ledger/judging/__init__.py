"""L2, the judge: states and the rules in force in, a verdict on a patient-month out; pure, and the only way to one."""
