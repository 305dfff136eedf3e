/* pattern_parts.h - a file pattern taken apart at its slashes, and one name matched against one part. */
#ifndef SULCUS_PATTERN_PARTS_H
#define SULCUS_PATTERN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct arena;

enum token_kind { TOKEN_TEXT, TOKEN_STAR, TOKEN_CAPTURE };

struct token {
	enum token_kind kind;
	const char *text;         /* TOKEN_TEXT: n bytes */
	size_t n;
	int capture;              /* TOKEN_CAPTURE: index in names */
	bool twice;               /* TOKEN_CAPTURE: the name stands in this part once more, later */
};

struct part {
	const char *text;         /* as written */
	bool any_depth;           /* ** */
	const char *twice;        /* the one name that may stand in it more than once, or NULL */
	int n_token, n_wild;      /* n_wild: stars and captures */
	struct token *token;
};

struct pattern {
	bool absolute;
	int n_part, n_name;
	struct part *part;
	const char **name;
};

/* What a capture stands for; text NULL: not known yet. */
struct span { const char *text; size_t n; };

must_check struct error *pattern_parse(struct pattern *out, const char *text, struct arena *a);
/* Does a file's name match? Captures known already must agree, others are filled in (cap changes only on a match). */
bool part_match(const struct part *p, const char *name, struct span *cap);
/* What a capture would have to take for a name to match that does not: texts with other characters than letters and digits,
 * up to a '_' (or, at the end of a folder's name, with it). NULL: it would not match either. cap as before the attempt. */
const char *part_almost(const struct part *p, const char *name, const struct span *cap, int n_name, bool is_folder, struct arena *a);
/* The one name that can match, when no star and no unknown capture is in the part, else NULL. */
const char *part_name(const struct part *p, const struct span *cap, struct arena *a);

#endif
