"""What an OpenMetadata server must show of a Hex workspace, from the simulator's truth."""

import re

import records

TWO_LEVEL = {"mysql", "mariadb", "clickhouse"}
SERVICE_TYPES = {
    "snowflake": "Snowflake",
    "bigquery": "BigQuery",
    "redshift": "Redshift",
    "postgres": "Postgres",
    "alloydb": "Postgres",
    "cloudsql__postgres": "Postgres",
    "databricks": "Databricks",
    "athena": "Athena",
    "clickhouse": "Clickhouse",
    "mysql": "Mysql",
    "mariadb": "MariaDB",
    "sqlserver": "Mssql",
    "mssql": "Mssql",
    "trino": "Trino",
}
CHARTS = {"CHART", "EXPLORE", "VEGA_CHART", "METRIC", "PIVOT", "MAP", "DISPLAY_TABLE"}


def clean(name):
    """A name that OpenMetadata accepts (short ones only)."""
    name = re.sub(r'[\x00-\x1f\x7f-\x9f\u2028\u2029]', " ", name.replace('"', "'"))
    return re.sub(":+", lambda m: ":" if len(m.group()) > 1 else m.group(), name).strip(" ")


def quote(part):
    return '"' + part.replace('"', '""') + '"' if "." in part or '"' in part else part


def columns_of(names):
    """Clean column names, the repeated ones numbered."""
    seen = {}
    out = []
    for name in (clean(name) for name in names):
        key = name.lower()
        seen[key] = seen.get(key, 0) + 1
        out.append(name if seen[key] == 1 else f"{name}_{seen[key]}")
    return out


class Truth:
    """The lines of the truth by kind, and what must come of them."""

    def __init__(self, text, service="hex_flow"):
        self.service = service
        self.lines = {}
        for line in records.parse(text):
            self.lines.setdefault(line["kind"], []).append(line)
        self.connections = {c["id"]: c for c in self.lines.get("connection", [])}
        self.projects = {
            p["id"]: p for p in self.lines.get("project", []) if p["state"] == "active"
        }

    def dashboards(self):
        return self.projects

    def tags(self, project):
        found = {f"HexCategories.{quote(clean(c))}" for c in project["categories"]}
        found |= {f"HexCollections.{quote(clean(c))}" for c in project["collections"]}
        if project["status"]:
            found.add(f"HexStatus.{quote(clean(project['status']))}")
        if project["type"] == "COMPONENT":
            found.add("HexType.Component")
        return found

    def data_models(self):
        """Name to columns."""
        return {
            f"{d['project']}_{d['cell']}": columns_of([c["name"] for c in d["columns"]])
            for d in self.lines.get("dataset", [])
            if d["project"] in self.projects
        }

    def charts(self):
        return {
            f"{c['project']}_{c['id']}": c
            for c in self.lines.get("cell", [])
            if c["project"] in self.projects and c["type"] in CHARTS
        }

    # ---- what others have put on the server ----

    def users(self):
        emails = {p["owner"] or p["creator"] for p in self.projects.values()} - {None}
        names = sorted({email.lower() for email in emails})
        return [{"name": f"user{i}", "email": email} for i, email in enumerate(names)]

    def service_of(self, connection):
        return "db_" + re.sub(r"[^a-z0-9]+", "_", self.connections[connection]["name"].lower())

    def table_path(self, table):
        """Service, database, schema, table as OpenMetadata has it; None: not there."""
        connection = self.connections.get(table["connection"])
        if connection is None or connection["type"] not in SERVICE_TYPES:
            return None
        database = "default" if connection["type"] in TWO_LEVEL else table["database"]
        if not database or not table["schema"]:
            return None
        return self.service_of(table["connection"]), database, table["schema"], table["name"]

    def database_services(self):
        columns = {}
        for edge in self.lines.get("edge", []):
            for pair in edge["columns"]:
                if "table" in pair["from"]:
                    key = tuple(sorted((k, str(v)) for k, v in pair["from"]["table"].items()))
                    columns.setdefault(key, set()).add(pair["from"]["column"])
        services = {}
        for line in self.lines.get("table", []):
            table = {k: line[k] for k in ("connection", "database", "schema", "name")}
            path = self.table_path(table)
            if path is None:
                continue
            key = tuple(sorted((k, str(v)) for k, v in table.items()))
            service, database, schema, name = path
            kind = SERVICE_TYPES[self.connections[table["connection"]]["type"]]
            tree = services.setdefault(service, (kind, {}))[1]
            tree.setdefault(database, {}).setdefault(schema, {})[name] = sorted(
                columns.get(key, {"id"})
            )
        return [
            {
                "name": service,
                "serviceType": kind,
                "databases": [
                    {
                        "name": database,
                        "schemas": [
                            {
                                "name": schema,
                                "tables": [
                                    {"name": name, "columns": names}
                                    for name, names in sorted(tables.items())
                                ],
                            }
                            for schema, tables in sorted(schemas.items())
                        ],
                    }
                    for database, schemas in sorted(databases.items())
                ],
            }
            for service, (kind, databases) in sorted(services.items())
        ]

    def settings(self):
        """The services of the connections, as the configuration names them."""
        lines = ["  connections:"]
        for line in self.connections.values():
            if line["type"] in SERVICE_TYPES:
                lines.append(f'    "{line["id"]}": {{service: {self.service_of(line["id"])}}}')
        return "\n".join(lines) + "\n"

    # ---- edges ----

    def end(self, node):
        if "table" in node:
            path = self.table_path(node["table"])
            return path and "table:" + ".".join(quote(part) for part in path)
        if "dataset" in node:
            one = node["dataset"]
            return f"dashboardDataModel:{self.service}.model.{one['project']}_{one['cell']}"
        project = node["project"] if "project" in node else node["cell"]["project"]
        return f"dashboard:{self.service}.{project}"

    def edges(self):
        """Pairs of ends; of edges into data sets also the columns."""
        found = {}
        for edge in self.lines.get("edge", []):
            owner = edge["to"] if "table" not in edge["to"] else edge["from"]
            project = owner.get("project") or next(iter(owner.values()))["project"]
            if project not in self.projects:
                continue
            ends = (self.end(edge["from"]), self.end(edge["to"]))
            if None in ends or ends[0] == ends[1]:
                continue
            pairs = found.setdefault(ends, set())
            if "dataset" not in edge["to"]:
                continue
            for pair in edge["columns"]:
                pairs.add((clean(pair["from"]["column"]).lower(), clean(pair["to"]).lower()))
        return found
