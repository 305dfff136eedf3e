/* A query of a data set whose files are named by entities (key-value_key-value_suffix.ext) as a file pattern.
 *
 * What is not asked for may stand between what is, so a query names only what tells files apart. */
#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

/* The order in which entities stand in a name. */
static const char *const entities[] = { "sub", "ses", "task", "acq", "ce", "rec", "dir", "run", "echo", "part", "space", "res", "den",
                                        "label", "desc", NULL };
static const char *const others[] = { "root", "derivatives", "datatype", "suffix", "extension", "participants", NULL };

static bool is_axis(const struct step *st, const char *word)
{
	for (int i = 0; i < st->n_axis; i++)
		if (strcmp(st->axis[i]->name, word) == 0)
			return true;
	return false;
}

static void words_check(struct builder *b, const struct doc *query)
{
	const char **words = NULL;
	int n = 0;

	for (int i = 0; entities[i]; i++)
		PUSH(b->a, words, n, entities[i]);
	for (int i = 0; others[i]; i++)
		PUSH(b->a, words, n, others[i]);
	PUSH(b->a, words, n, NULL);
	for (int i = 0; i < query->n; i++) {
		bool known = false;

		for (int k = 0; words[k]; k++)
			known |= strcmp(words[k], query->key[i]->text) == 0;
		if (!known) {
			diag_error(b->d, query->key[i], "a bids query has no '%s'", query->key[i]->text);
			diag_nearest(b->d, query->key[i]->text, words);
		}
		if (query->val[i]->kind != DOC_TEXT)
			diag_error(b->d, query->val[i], "'%s' must be one text", query->key[i]->text);
	}
}

static void add_entities(struct buf *p, const struct step *st, const struct doc *query)
{
	bool first = true;

	for (int i = 0; entities[i]; i++) {
		const char *value = doc_text(query, entities[i], NULL);

		if (!value && !is_axis(st, entities[i]))
			continue;
		buf_printf(p, "%s%s-", first ? "" : "*_", entities[i]);
		first = false;
		if (value)
			buf_add(p, value);
		else
			buf_printf(p, "{%s}", entities[i]);
	}
	buf_add(p, first ? "*" : "*_");
}

static bool wants_participants(const struct doc *query)
{
	return strcmp(doc_text(query, "participants", "false"), "true") == 0;
}

void bids_participants(struct builder *b, struct step *st, const struct doc *query)
{
	const struct doc *word = doc_get(query, "participants");
	int header = setting_find(st, "header"), subject = setting_find(st, "subject");

	if (!word)
		return;
	if (word->kind == DOC_TEXT && strcmp(word->text, "true") != 0 && strcmp(word->text, "false") != 0)
		diag_error(b->d, word, "participants is '%s', must be true or false", word->text);
	if (!wants_participants(query))
		return;
	if (header < 0 || subject < 0) {
		diag_error(b->d, st->at, "participants are a table, so the kind of input '%s' must be table", st->name);
		return;
	}
	if (st->n_axis > 1 || (st->n_axis == 1 && strcmp(st->axis[0]->name, "sub") != 0)) {
		diag_error(b->d, st->at, "participants have a row a subject: per of input '%s' must be [sub], or be left out", st->name);
		return;
	}
	if (!st->setting[header].json)
		st->setting[header].json = "true";
	if (st->n_axis)
		st->row_column = "participant_id";
	if (st->n_axis && st->setting[subject].json)
		diag_error(b->d, st->setting[subject].at, "input '%s' has a row for each sub, so it takes no subject", st->name);
}

const char *bids_pattern(struct builder *b, const struct step *st, const struct doc *query)
{
	struct buf p = { .arena = b->a };
	const char *root = doc_text(query, "root", NULL), *derived = doc_text(query, "derivatives", NULL);
	const char *suffix = doc_text(query, "suffix", NULL), *ext = doc_text(query, "extension", NULL);
	const char *sub = doc_text(query, "sub", NULL);
	const struct kind_decl *k = st->out[0].kind;

	words_check(b, query);
	if (!root) {
		diag_error(b->d, query, "a bids query must say root: the folder of the data set");
		return NULL;
	}
	if (wants_participants(query))
		return arena_printf(b->a, "%s/participants.tsv", root);
	if (!suffix) {
		diag_error(b->d, query, "a bids query must say suffix: the last word of the names, before the extension");
		return NULL;
	}
	while (k && !k->ext)
		k = k->is ? kind_find(k->is) : NULL;
	buf_add(&p, root);
	if (derived)
		buf_printf(&p, "/derivatives/%s", derived);
	if (sub || is_axis(st, "sub"))
		buf_printf(&p, "/sub-%s", sub ? sub : "{sub}");
	buf_printf(&p, "/**/%s%s", doc_text(query, "datatype", ""), doc_get(query, "datatype") ? "/" : "");
	add_entities(&p, st, query);
	buf_printf(&p, "%s.%s", suffix, ext ? ext + (*ext == '.') : k ? arena_printf(b->a, "%s*", k->ext) : "*");
	return p.text;
}
