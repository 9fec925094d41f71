#include "hexsim/words.h"

const char *const words_subjects[] = {
    "Revenue",        "Churn",      "Pipeline",     "Customer Health", "Marketing Spend",
    "Inventory",      "Support",    "Retention",    "Signup Funnel",   "Unit Economics",
    "Headcount",      "Cash Flow",  "Supply Chain", "Fraud",           "Search Quality",
    "Umsatz",         "Größenmix",  "売上",         "Café orders",     "Onboarding",
    "Data Freshness", "Experiment", "Pricing",      "Renewals",        NULL};
const char *const words_forms[] = {"Dashboard", "Deep Dive",  "Report",   "Explorer",
                                   "Monitor",   "Scorecard",  "Analysis", "Playbook",
                                   "Forecast",  "Audit Log",  "Overview", "Notebook",
                                   "QBR",       "Self-serve", NULL};
const char *const words_trap_titles[] = {"no",
                                         "on",
                                         "1.10",
                                         "2025-10-17",
                                         "null",
                                         "NULL",
                                         "~",
                                         "true",
                                         "0x1F",
                                         "1e3",
                                         "=SUM(A1:A9)",
                                         "+1 for growth",
                                         "-5% churn",
                                         "@channel report",
                                         "\"Quoted\" title",
                                         "It's \"both\"",
                                         "Revenue: Q3 # final",
                                         "  spaces around  ",
                                         "🚀 Launch 📈",
                                         "تقرير المبيعات",
                                         "דוח מכירות",
                                         "日本語のダッシュボード",
                                         "a::b",
                                         "back\\slash",
                                         "per cent 100%",
                                         "[draft] {x}",
                                         "tab\there",
                                         "<script>alert(1)</script>",
                                         "N/A",
                                         "12:30:45",
                                         "-",
                                         "? what",
                                         "e\xCC\x81t\xC3\xA9",
                                         NULL};
const char *const words_descriptions[] = {
    "Numbers for the weekly meeting.",
    "Do not edit: owned by the data platform.",
    "First line.\nSecond line with a tab\there.\n\n- a list\n- of things",
    "no",
    "Umsatz je Kanal – täglich aktualisiert ✅",
    "See [the wiki](https://wiki.example.com/x?a=1&b=2) for **definitions**.",
    "",
    "key: value # not a comment",
    "null",
    NULL};
const char *const words_labels[] = {"Load orders", "Revenue by month",
                                    "KPIs",        "Filter",
                                    "2024-01-01",  "Überblick",
                                    "📊 Chart",     "no",
                                    "Top 10",      "= total",
                                    "Joined",      "Final table",
                                    "'quoted'",    "a: b",
                                    "#1",          "Wrangle",
                                    NULL};
const char *const words_given[] = {"Ada",   "Bo",   "Chidi", "Dana",  "Emeka", "Fatima",
                                   "Goran", "Hiro", "Ines",  "José",  "Kaja",  "Lena",
                                   "Mohan", "Nia",  "Oskar", "Priya", NULL};
const char *const words_family[] = {"Abara",  "Becker", "Castillo", "Dubois",  "Eriksen",
                                    "Fofana", "Garcia", "Hughes",   "Ivanova", "Jensen",
                                    "Kimura", "Lopez",  "Müller",   "Nkosi",   "Okafor",
                                    "Petrov", NULL};
const char *const words_categories[] = {
    "Finance", "Marketing",    "Scratchpad",    "Production", "Ad hoc",         "GTM: EMEA",
    "R&D",     "Ops \"core\"", "Datenqualität", "no",         "Très important", NULL};
const char *const words_statuses[] = {"In development", "Approved", "Deprecated",
                                      "Needs review",   "Endorsed", NULL};
const char *const words_collections[] = {"Finance",
                                         "Board pack",
                                         "GTM",
                                         "Growth / Experiments",
                                         "Archive 2023",
                                         "On-call",
                                         "Product",
                                         "Q&A",
                                         "Équipe données",
                                         "Customer: Success",
                                         "Data platform",
                                         "Sandbox (do not use)",
                                         NULL};
const char *const words_groups[] = {"Analysts",    "Admins", "Finance", "Marketing",
                                    "Engineering", "Ops",    "EMEA",    "Contractors",
                                    "C-level",     NULL};
const char *const words_tables[] = {
    "orders",   "customers", "products",  "payments",   "sessions", "events",
    "invoices", "shipments", "campaigns", "tickets",    "accounts", "subscriptions",
    "refunds",  "employees", "stores",    "page_views", NULL};

size_t words_count(const char *const *list)
{
    size_t n = 0;
    while (list[n] != NULL) {
        n++;
    }
    return n;
}
