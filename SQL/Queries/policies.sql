-- name: policyInForce
-- $1 project_id bigint
-- returns version integer, degree text
SELECT y.version, y.document ->> 'degree'
FROM project p
JOIN policy y ON y.project_id = p.id AND y.version = p.policy_version
WHERE p.id = $1;

-- name: insertPolicy
-- Stores the next version of a project's policy; the caller holds the project's row.
-- $1 project_id bigint, $2 document json, $3 reason text, $4 created_by bigint
-- returns version integer
INSERT INTO policy AS p (project_id, version, document, reason, created_by)
SELECT $1, coalesce(max(o.version), 0) + 1, $2, $3, $4 FROM policy o WHERE o.project_id = $1
RETURNING p.version;

-- name: activatePolicy
-- $1 project_id bigint, $2 version integer
UPDATE project SET policy_version = $2 WHERE id = $1;

-- name: insertPolicyActivation
-- Records that a version came into force; the caller holds the project's row.
-- $1 project_id bigint, $2 version integer, $3 change text, $4 reason text, $5 activated_by bigint
-- returns number integer
INSERT INTO policy_activation AS n (project_id, number, version, change, reason, activated_by)
SELECT $1, coalesce(max(o.number), 0) + 1, $2, $3, $4, $5 FROM policy_activation o WHERE o.project_id = $1
RETURNING n.number;

-- name: findPolicy
-- $1 project_id bigint, $2 version integer
-- returns version integer, document json, reason text, created_at timestamptz, author text
SELECT y.version, y.document, y.reason, y.created_at, a.name FROM policy y
JOIN actor a ON a.id = y.created_by
WHERE y.project_id = $1 AND y.version = $2;

-- name: listPolicies
-- $1 project_id bigint
-- returns version integer, document json, reason text, created_at timestamptz, author text
SELECT y.version, y.document, y.reason, y.created_at, a.name FROM policy y
JOIN actor a ON a.id = y.created_by
WHERE y.project_id = $1
ORDER BY y.version DESC;

-- name: listPolicyActivations
-- What came into force, oldest first.
-- $1 project_id bigint
-- returns number integer, version integer, change text, reason text, activated_at timestamptz, author text
SELECT n.number, n.version, n.change, n.reason, n.activated_at, a.name FROM policy_activation n
JOIN actor a ON a.id = n.activated_by
WHERE n.project_id = $1
ORDER BY n.number;

-- name: lastPolicyActivation
-- What is in force.
-- $1 project_id bigint
-- returns number integer, version integer, change text, reason text, activated_at timestamptz, author text
SELECT n.number, n.version, n.change, n.reason, n.activated_at, a.name FROM policy_activation n
JOIN actor a ON a.id = n.activated_by
WHERE n.project_id = $1
ORDER BY n.number DESC
LIMIT 1;
