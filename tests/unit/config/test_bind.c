#include "check.h"

#include <math.h>

#include "base/json.h"
#include "config/value.h"
#include "node/node.h"

enum edge { EDGE_ZERO, EDGE_NEAREST };

struct params {
	bool detrend;
	int order;
	double fwhm_mm, tr_s;
	bool has_tr;
	const char *title;
	enum edge edge;
	const double *cut;
	int n_cut;
	const char *const *subjects;
	int n_subjects;
};

static const char *const edges[] = { "zero", "nearest", NULL };

#define AT(field) .offset = offsetof(struct params, field)
static const struct param_decl decl[] = {
	{ .name = "detrend", .type = PARAM_BOOL, AT(detrend) },
	{ .name = "order", .type = PARAM_INT, AT(order) },
	{ .name = "fwhm", .unit = "mm", .type = PARAM_NUMBER, AT(fwhm_mm) },
	{ .name = "tr", .unit = "s", .type = PARAM_NUMBER, AT(tr_s), .n_offset = offsetof(struct params, has_tr),
	  .optional = true },
	{ .name = "title", .type = PARAM_TEXT, AT(title) },
	{ .name = "edge", .type = PARAM_CHOICE, AT(edge), .choice = edges },
	{ .name = "cut", .type = PARAM_NUMBERS, AT(cut), .n_offset = offsetof(struct params, n_cut), .optional = true },
	{ .name = "subjects", .type = PARAM_TEXTS, AT(subjects), .n_offset = offsetof(struct params, n_subjects) },
};
static const struct node_decl node = { .name = "test.node", .param = decl, .n_param = 8,
	.params_size = sizeof(struct params) };

static struct error *bind(struct params *p, const char *json)
{
	struct doc *d;

	memset(p, 0xaa, sizeof *p);
	CHECK_OK(json_read(&d, json, strlen(json), "message", check_arena()));
	return bind_params(p, &node, d, check_arena());
}

TEST(every_type_lands_in_its_field)
{
	struct params p;

	CHECK_OK(bind(&p, "{\"detrend\":true,\"order\":-3,\"fwhm\":6.5,\"tr\":0.25,\"title\":\"a \\u00e9\","
	                  "\"edge\":\"nearest\","
	                  "\"cut\":[1,-2.5],\"subjects\":[\"01\",\"2\"]}"));
	CHECK(p.detrend);
	CHECK_INT(p.order, -3);
	CHECK(p.fwhm_mm == 6.5);
	CHECK(p.has_tr && p.tr_s == 0.25);
	CHECK_TEXT(p.title, "a \u00e9");
	CHECK_INT(p.edge, EDGE_NEAREST);
	CHECK_INT(p.n_cut, 2);
	CHECK(p.cut[0] == 1 && p.cut[1] == -2.5);
	CHECK_INT(p.n_subjects, 2);
	CHECK_TEXT(p.subjects[0], "01");
	CHECK_TEXT(p.subjects[1], "2");
}

TEST(what_is_optional_may_be_absent)
{
	struct params p;

	CHECK_OK(bind(&p, "{\"detrend\":false,\"order\":0,\"fwhm\":1e-3,\"title\":\"\","
	                  "\"edge\":\"zero\",\"subjects\":[]}"));
	CHECK(!p.detrend);
	CHECK(!p.has_tr);
	CHECK_INT(p.n_cut, 0);
	CHECK_INT(p.n_subjects, 0);
	CHECK_INT(p.edge, EDGE_ZERO);
	CHECK(p.fwhm_mm == 1e-3);
}

TEST(wrong_values_name_node_and_parameter)
{
	static const char *const cases[][2] = {
		{ "[]", "test.node: the parameters must be a map" },
		{ "{\"oder\":1}", "test.node has no parameter 'oder'" },
		{ "{}", "test.node: parameter 'detrend' is missing" },
		{ "{\"detrend\":\"true\"}", "test.node: parameter 'detrend' must be true or false" },
		{ "{\"detrend\":1}", "test.node: parameter 'detrend' must be true or false" },
		{ "{\"detrend\":true,\"order\":1.5}", "test.node: parameter 'order' must be a whole number" },
		{ "{\"detrend\":true,\"order\":3000000000}", "test.node: parameter 'order' must be a whole number" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":\"6\"}", "test.node: parameter 'fwhm' must be a number" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":1e999}", "test.node: parameter 'fwhm' must be a number" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":1,\"tr\":null}", "test.node: parameter 'tr' must be a number" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":1,\"title\":5}", "test.node: parameter 'title' must be a text" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":1,\"title\":\"\",\"edge\":\"far\"}",
		  "test.node: parameter 'edge' must be one of its choices" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":1,\"title\":\"\",\"edge\":\"zero\",\"cut\":1}",
		  "test.node: parameter 'cut' must be a list of numbers" },
		{ "{\"detrend\":true,\"order\":1,\"fwhm\":1,\"title\":\"\",\"edge\":\"zero\",\"subjects\":[[\"a\"]]}",
		  "test.node: parameter 'subjects' must be a list of texts" },
	};
	struct params p;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_ERROR(bind(&p, cases[i][0]), cases[i][1]);
}
