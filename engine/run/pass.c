/* Passes: a task and all that read it run in one worker at the same time, and nobody keeps what it makes (worker_pass.c).
 *
 * Only when every reader takes it part by part and lacks nothing else, so that its bytes are asked for once. The keys are
 * those of single runs: what was made has its digest, from which the keys of its readers follow. */
#include "base/arena.h"
#include "node/node.h"
#include "run/keep.h"
#include "run/progress.h"
#include "run/sched_inside.h"

#include <string.h>

enum { LOOK_UP = 1000 };   /* tasks that are looked at above a reader */

static bool may_make(const struct sched *s, const struct task *t)
{
	const struct step *st = t->step;

	return st->n_out == 1 && st->out[0].port->stream && st->keep != KEEP_ALWAYS && !st->argv && !st->need.memory
	       && !step_exported(s->plan, st);
}

/* Does x wait for t, or may it, as there is too much to look at? */
static bool waits_for(const struct task *x, const struct task *t, int *budget)
{
	if (x == t || --*budget < 0)
		return true;
	for (int i = 0; i < x->step->node->n_in; i++)
		for (int k = 0; k < x->arg[i].n; k++)
			if (!is_settled(x->arg[i].dep[k].task) && waits_for(x->arg[i].dep[k].task, t, budget))
				return true;
	for (int i = 0; i < x->n_pred; i++)
		if (!is_settled(x->pred[i].task) && waits_for(x->pred[i].task, t, budget))
			return true;
	return false;
}

/* Is a bool true, or a choice another than its default? */
static bool is_set(const struct param_decl *p, const char *json)
{
	if (!json)
		return false;
	return p->type == PARAM_CHOICE ? strcmp(json, p->fallback) != 0 : strcmp(json, "true") == 0;
}

/* May what r is given at this port come part by part? */
static bool takes_parts(struct sched *s, const struct task *r, const struct port_decl *port)
{
	const struct node_decl *n = r->step->node;

	for (int i = 0; port->stream_unless && i < n->n_param; i++)
		if (strcmp(n->param[i].name, port->stream_unless) == 0 && is_set(&n->param[i], task_setting(r, i, s->scratch)))
			return false;
	return port->stream && !port->many;
}

/* What one input of a reader means for the pass. */
static enum pass_choice choose_dep(struct sched *s, const struct task *t, const struct task *r, int i, const struct task_dep *d)
{
	int budget = LOOK_UP;

	if (d->task == t)
		return takes_parts(s, r, &r->step->node->in[i]) && !d->item ? PASS_NOW : PASS_NONE;
	if (!is_settled(d->task))
		return waits_for(d->task, t, &budget) ? PASS_NONE : PASS_LATER;
	if (dep_maker(d) == t || !dep_output(s->plan, d) || !dep_has_bytes(s->plan, d))
		return PASS_NONE;
	return PASS_NOW;
}

static enum pass_choice choose_reader(struct sched *s, const struct task *t, const struct task *r)
{
	enum pass_choice all = PASS_NOW;
	int n_taken = 0;

	if (!task_runs(r) || r->fall)   /* hands on what others may want */
		return PASS_NONE;
	if (is_settled(r))
		return PASS_NOW;
	if (r->state == TASK_READY)     /* about to find that it needs the bytes */
		return PASS_LATER;
	if (r->state != TASK_WAITING || r->step->argv || r->n_pred || r->step->need.memory)
		return PASS_NONE;
	for (int i = 0; i < r->step->node->n_in; i++) {
		for (int k = 0; k < r->arg[i].n; k++) {
			enum pass_choice one = choose_dep(s, t, r, i, &r->arg[i].dep[k]);

			if (one == PASS_NONE)
				return PASS_NONE;
			if (one == PASS_LATER)
				all = PASS_LATER;
			n_taken += r->arg[i].dep[k].task == t;
		}
	}
	return n_taken == 1 ? all : PASS_NONE;
}

/* What a member says it needs may count the bytes that are never there. */
static int64_t member_memory(const struct task *t)
{
	return t->memory > t->passing ? t->memory - t->passing : 0;
}

int64_t pass_memory(const struct task *t)
{
	const struct work *w = t->run;
	int64_t sum = member_memory(t);

	for (int k = 0; k < w->n_member; k++)
		sum += member_memory(w->member[k]);
	return sum;
}

/* Members are there at the same time; where that is too much they run one by one, or when others have ended. */
static enum pass_choice choose_memory(const struct sched *s, const struct task *t)
{
	int64_t need = pass_memory(t);

	if (s->memory_used + need <= s->opt->memory)
		return PASS_NOW;
	return need > s->opt->memory ? PASS_NONE : PASS_LATER;
}

enum pass_choice pass_choose(struct sched *s, struct task *t)
{
	struct work *w = task_work(s->plan, t);
	enum pass_choice all = PASS_NOW;

	w->n_member = 0;
	if (w->alone || !may_make(s, t))
		return PASS_NONE;
	if (w->room_member < t->n_reader) {   /* it may be asked often; and have more readers in a plan that grew */
		w->room_member = t->n_reader;
		w->member = NEW_N(s->plan->arena, struct task *, t->n_reader);
	}
	for (int k = 0; k < t->n_reader && all != PASS_NONE; k++) {
		enum pass_choice one = choose_reader(s, t, t->reader[k]);

		if (one != PASS_NOW)
			all = one;
		else if (!is_settled(t->reader[k]))
			w->member[w->n_member++] = t->reader[k];
	}
	if (all == PASS_NOW)
		all = w->n_after > w->n_member || !w->n_member ? PASS_NONE : choose_memory(s, t);
	if (all != PASS_NOW)
		w->n_member = 0;
	return all;
}

/* ---- sending ---- */
static struct request *member_request(struct sched *s, const struct task *t, struct task *c)
{
	struct request *r = NEW(s->scratch, struct request);

	task_request(r, s->plan, c, WIRE_RUN, s->scratch);
	for (int i = 0; i < c->step->node->n_in; i++)
		for (int k = 0; k < r->n_in; k++)
			if (c->arg[i].n && c->arg[i].dep[0].task == t && strcmp(r->in[k].port, c->step->node->in[i].name) == 0)
				r->in[k].item[0].passing = true;
	return r;
}

/* As many as the maker has, which all of them share. */
static int member_threads(const struct sched *s, const struct task *c, int n)
{
	int need = c->step->need.threads;

	if (!c->step->node->threads)
		return 1;
	return need == 0 ? n : need < s->opt->jobs ? need : s->opt->jobs;
}

struct error *pass_send(struct sched *s, struct task *t)
{
	struct work *w = t->run;
	struct request r = { .what = WIRE_PASS, .name = task_name(s->scratch, t), .node = t->step->node->name, .threads = w->threads };

	r.n_member = w->n_member + 1;
	r.member = NEW_N(s->scratch, struct request *, r.n_member);
	for (int k = 0; k < r.n_member; k++) {
		struct task *c = k ? w->member[k - 1] : t;

		r.member[k] = member_request(s, k ? t : NULL, c);
		r.member[k]->threads = member_threads(s, c, w->threads);
		r.member[k]->most = task_most(s, c, r.member[k]->threads);
	}
	TRY(pool_send(s->pool, &r, t));
	w->pass = t;
	for (int k = 0; k < w->n_member; k++) {
		struct task *c = w->member[k];
		struct work *cw = task_work(s->plan, c);

		cw->pass = t;
		cw->threads = 1;
		cw->started = w->started;
		c->tries++;
		c->state = TASK_RUNNING;
		progress_start(s->opt->progress, c);
	}
	return NULL;
}

/* ---- the end ---- */
/* It did not come to the pass: its readers wait for it again. */
static void let_go(struct sched *s, struct work *w)
{
	for (int k = 0; k < w->n_member; k++) {
		struct task *c = w->member[k];

		((struct work *)c->run)->pass = NULL;
		c->tries--;
		c->state = TASK_READY;
		progress_end(s->opt->progress, c);
		c->state = TASK_WAITING;
	}
	w->n_member = 0;
	w->pass = NULL;
}

/* Whose crash it was is only known when each runs alone, so it is nobody's try. */
static void one_by_one(struct sched *s, struct task *t, struct error *death)
{
	struct work *w = t->run;
	struct error *e = error_wrap(death, "it ran in one pass with its readers, which now run one by one");

	let_go(s, w);
	t->tries--;
	w->alone = true;
	if (w->leased)
		store_release(s->plan->store, &t->key);
	w->leased = false;
	progress_retry(s->opt->progress, t, e);
	error_free(e);
	t->state = TASK_READY;
	queue_push(s, t);
}

/* It came upon what cannot be done part by part: what it reads is made once more, stored, and then it runs again. */
static void member_again(struct sched *s, struct task *maker, struct task *c, struct error *e)
{
	((struct work *)maker->run)->alone = true;
	progress_retry(s->opt->progress, c, e);
	error_free(e);
	c->tries--;
	queue_push(s, c);
}

/* The key of a reader is known now that what it read has a digest; it may turn out that the result is there already. */
static void member_end(struct sched *s, struct task *maker, struct task *c, struct reply *r, struct pool_event *ev)
{
	struct work *w = c->run;
	struct error *e;

	c->state = TASK_WAITING;
	c->n_wait = 0;
	e = task_settle(s->plan, c);
	if (!e && c->state == TASK_HIT && w->again)
		c->state = TASK_READY;
	if (!e && c->state == TASK_READY && r->error && r->error->code == ERR_WHOLE) {
		member_again(s, maker, c, r->error);
		return;
	}
	if (!e && c->state == TASK_READY) {
		w->leased = store_lease(s->plan->store, &c->key);
		task_end(s, c, r, ev);
		return;
	}
	error_free(r->error);
	if (e)
		task_failed(s, c, e);
	else
		task_settled(s, c);
}

static struct error *reply_check(const struct reply *r, const struct work *w)
{
	if (!r)
		return error_new(ERR_WORKER, "the worker gave no answer");
	if (r->error || r->n_member == w->n_member + 1)
		return r->error;
	return error_new(ERR_WORKER, "the worker answered for %d of the %d members of a pass", r->n_member, w->n_member + 1);
}

/* Threads that help members are counted with the maker: its processor time is what the others did not use. */
static void share_costs(struct reply *all)
{
	double cpu = all->cpu;

	for (int k = 1; k < all->n_member; k++)
		cpu -= all->member[k]->cpu;
	for (int k = 0; k < all->n_member; k++)
		all->member[k]->peak = all->peak;
	all->member[0]->cpu = cpu > 0 ? cpu : all->member[0]->cpu;
}

static void free_errors(struct reply *all, int from)
{
	for (int k = from; k < all->n_member; k++)
		error_free(all->member[k]->error);
}

void pass_finish(struct sched *s, struct task *t, struct pool_event *ev)
{
	struct work *w = t->run;
	struct reply failed = { 0 }, *all = ev->reply;
	struct task **member = w->member;
	int n = w->n_member;

	if (ev->death && !s->result->interrupted) {
		one_by_one(s, t, ev->death);
		return;
	}
	failed.error = ev->death ? ev->death : reply_check(all, w);
	if (failed.error || all->member[0]->error) {
		if (all)
			free_errors(all, failed.error ? 0 : 1);
		let_go(s, w);
		task_end(s, t, failed.error ? &failed : all->member[0], ev);
		return;
	}
	share_costs(all);
	w->gone = true;
	w->n_member = 0;
	task_end(s, t, all->member[0], ev);
	for (int k = 0; k < n; k++)
		member_end(s, t, member[k], all->member[k + 1], ev);
}
