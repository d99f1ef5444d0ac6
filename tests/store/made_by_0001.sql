BEGIN TRANSACTION;
CREATE TABLE appscan_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT appscan_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "appscan_schema" VALUES('0001');
CREATE TABLE entries (
	id INTEGER NOT NULL, 
	event INTEGER NOT NULL, 
	entry TEXT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT entry_once_an_event UNIQUE (event, entry), 
	FOREIGN KEY(event) REFERENCES events (id)
);
CREATE TABLE events (
	id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	reason TEXT NOT NULL, 
	content TEXT NOT NULL, 
	"key" TEXT, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "events" VALUES(1,'reviewed','f','虚构的人','2026-11-29T00:00:00.000000Z','','{}',NULL);
CREATE TABLE report_artifacts (
	report INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	package TEXT NOT NULL, 
	reader TEXT NOT NULL, 
	reading_digest VARCHAR(64) NOT NULL, 
	reading VARCHAR(64) NOT NULL, 
	PRIMARY KEY (report, position), 
	FOREIGN KEY(report) REFERENCES reports (id)
);
CREATE TABLE report_documents (
	report INTEGER NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (report), 
	FOREIGN KEY(report) REFERENCES reports (id)
);
CREATE TABLE report_verdicts (
	report INTEGER NOT NULL, 
	check_id VARCHAR(80) NOT NULL, 
	verdict VARCHAR(32) NOT NULL, 
	PRIMARY KEY (report, check_id), 
	FOREIGN KEY(report) REFERENCES reports (id)
);
CREATE TABLE reports (
	id INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	entry TEXT NOT NULL, 
	product TEXT NOT NULL, 
	app TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	packages TEXT NOT NULL, 
	appearance TEXT NOT NULL, 
	artifacts VARCHAR(64) NOT NULL, 
	digests TEXT NOT NULL, 
	readers TEXT NOT NULL, 
	checks_digest TEXT NOT NULL, 
	options_digest TEXT NOT NULL, 
	about VARCHAR(64) NOT NULL, 
	office INTEGER NOT NULL, 
	own INTEGER NOT NULL, 
	recorded VARCHAR(27) NOT NULL, 
	sweep TEXT NOT NULL, 
	overall VARCHAR(32) NOT NULL, 
	stage VARCHAR(32) NOT NULL, 
	complete INTEGER NOT NULL, 
	errors INTEGER NOT NULL, 
	said VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
CREATE TABLE sightings (
	id INTEGER NOT NULL, 
	entry TEXT NOT NULL, 
	appearance TEXT NOT NULL, 
	artifacts VARCHAR(64) NOT NULL, 
	seen VARCHAR(27) NOT NULL, 
	office INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE sweeps (
	id TEXT NOT NULL, 
	who TEXT NOT NULL, 
	planned VARCHAR(27) NOT NULL, 
	content TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	held_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE tasks (
	sweep TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	entry TEXT NOT NULL, 
	host TEXT NOT NULL, 
	content TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	turn INTEGER NOT NULL, 
	next_try VARCHAR(27) NOT NULL, 
	claims INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	fault TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	changed VARCHAR(27) NOT NULL, 
	PRIMARY KEY (sweep, "key"), 
	FOREIGN KEY(sweep) REFERENCES sweeps (id)
);
CREATE INDEX events_of_kind ON events (kind, subject);
CREATE INDEX entries_by_id ON entries (entry, at);
CREATE INDEX reports_of_entry ON reports (entry, artifacts);
CREATE INDEX reports_of_sweep ON reports (sweep);
CREATE INDEX verdicts_of_check ON report_verdicts (check_id, verdict);
CREATE INDEX artifacts_by_digest ON report_artifacts (digest);
CREATE INDEX sightings_of_entry ON sightings (entry, appearance, seen);
CREATE INDEX tasks_in_order ON tasks (sweep, state, turn, position);
CREATE TRIGGER reports_no_update before update on reports begin select raise(abort, 'appscan: rows of reports are never changed'); end;
CREATE TRIGGER reports_no_delete before delete on reports begin select raise(abort, 'appscan: rows of reports are never changed'); end;
CREATE TRIGGER report_documents_no_update before update on report_documents begin select raise(abort, 'appscan: rows of report_documents are never changed'); end;
CREATE TRIGGER report_documents_no_delete before delete on report_documents begin select raise(abort, 'appscan: rows of report_documents are never changed'); end;
CREATE TRIGGER report_verdicts_no_update before update on report_verdicts begin select raise(abort, 'appscan: rows of report_verdicts are never changed'); end;
CREATE TRIGGER report_verdicts_no_delete before delete on report_verdicts begin select raise(abort, 'appscan: rows of report_verdicts are never changed'); end;
CREATE TRIGGER report_artifacts_no_update before update on report_artifacts begin select raise(abort, 'appscan: rows of report_artifacts are never changed'); end;
CREATE TRIGGER report_artifacts_no_delete before delete on report_artifacts begin select raise(abort, 'appscan: rows of report_artifacts are never changed'); end;
CREATE TRIGGER sightings_no_update before update on sightings begin select raise(abort, 'appscan: rows of sightings are never changed'); end;
CREATE TRIGGER sightings_no_delete before delete on sightings begin select raise(abort, 'appscan: rows of sightings are never changed'); end;
CREATE TRIGGER events_no_update before update on events begin select raise(abort, 'appscan: rows of events are never changed'); end;
CREATE TRIGGER events_no_delete before delete on events begin select raise(abort, 'appscan: rows of events are never changed'); end;
CREATE TRIGGER entries_no_update before update on entries begin select raise(abort, 'appscan: rows of entries are never changed'); end;
CREATE TRIGGER entries_no_delete before delete on entries begin select raise(abort, 'appscan: rows of entries are never changed'); end;
COMMIT;
