"""Who and when: derived variables, population with attrition, groups, endpoints."""
