//! What a template may say: values, conditions, loops and a few filters. It binds no names and calls nothing, so that what it makes can
//! grow no faster than it itself and what it is given.

use minijinja::Error;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt, UnaryOpKind};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;

use super::fault::Fault;
use super::shape;

/// What may be done to a value. None of them makes it longer than a few times what it was.
pub(super) const FILTERS: [&str; 6] = ["default", "first", "last", "length", "lower", "upper"];
/// What may be asked of a value.
pub(super) const TESTS: [&str; 4] = ["defined", "none", "undefined", "odd"];

/// A line that holds nothing but a statement leaves no line in the letter.
pub(super) fn syntax() -> Result<SyntaxConfig, Error> {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
}

/// Refuses a template that is none, or that says more than templates may.
pub(super) fn check(source: &str) -> Result<(), Fault> {
    shape::check(source)?;
    match syntax().and_then(|syntax| parse(source, "template", syntax)) {
        Ok(Stmt::Template(template)) => statements(&template.children),
        Ok(_) => Err(Fault::at(None, "it is no template")),
        Err(error) => Err(Fault::of(&error)),
    }
}

fn statements(all: &[Stmt<'_>]) -> Result<(), Fault> {
    all.iter().try_for_each(statement)
}

fn statement(statement: &Stmt<'_>) -> Result<(), Fault> {
    let (line, what) = match statement {
        Stmt::EmitRaw(_) => return Ok(()),
        Stmt::EmitExpr(emit) => return expression(&emit.expr),
        Stmt::IfCond(condition) => {
            expression(&condition.expr)?;
            statements(&condition.true_body)?;
            return statements(&condition.false_body);
        }
        Stmt::ForLoop(each) if !each.recursive => {
            if !matches!(each.target, Expr::Var(_)) {
                return Err(refused(each.target.span().start_line, "a loop with more than one name"));
            }
            expression(&each.iter)?;
            each.filter_expr.as_ref().map_or(Ok(()), expression)?;
            statements(&each.body)?;
            return statements(&each.else_body);
        }
        Stmt::ForLoop(each) => (each.span().start_line, "a recursive loop"),
        Stmt::Template(template) => (template.span().start_line, "a template in a template"),
        Stmt::WithBlock(block) => (block.span().start_line, "`with`"),
        Stmt::Set(block) => (block.span().start_line, "`set`"),
        Stmt::SetBlock(block) => (block.span().start_line, "`set`"),
        Stmt::AutoEscape(block) => (block.span().start_line, "`autoescape`"),
        Stmt::FilterBlock(block) => (block.span().start_line, "`filter`"),
        Stmt::Do(block) => (block.span().start_line, "`do`"),
    };
    Err(refused(line, what))
}

fn refused(line: impl Into<u64>, what: &str) -> Fault {
    Fault::at(Some(line.into()), format!("{what} is not part of the language of templates: values, if, for and filters are"))
}

fn expressions<'a>(all: impl IntoIterator<Item = &'a Expr<'a>>) -> Result<(), Fault> {
    all.into_iter().try_for_each(expression)
}

fn expression(of: &Expr<'_>) -> Result<(), Fault> {
    let line = of.span().start_line;
    match of {
        Expr::Var(_) | Expr::Const(_) => Ok(()),
        Expr::UnaryOp(unary) if matches!(unary.op, UnaryOpKind::Not) => expression(&unary.expr),
        Expr::UnaryOp(_) => Err(refused(line, "arithmetic")),
        Expr::BinOp(binary) if compares(binary.op) => {
            expression(&binary.left)?;
            expression(&binary.right)
        }
        Expr::BinOp(_) => Err(refused(line, "arithmetic")),
        Expr::Compare(compare) => {
            expression(&compare.expr)?;
            compare.ops.iter().try_for_each(|op| expression(&op.expr))
        }
        Expr::IfExpr(choice) => {
            expression(&choice.test_expr)?;
            expression(&choice.true_expr)?;
            choice.false_expr.as_ref().map_or(Ok(()), expression)
        }
        Expr::Filter(filter) => {
            known(line, "filter", filter.name, &FILTERS)?;
            filter.expr.as_ref().map_or(Ok(()), expression)?;
            arguments(line, &filter.args)
        }
        Expr::Test(test) => {
            known(line, "test", test.name, &TESTS)?;
            expression(&test.expr)?;
            arguments(line, &test.args)
        }
        Expr::GetAttr(get) => expression(&get.expr),
        Expr::GetItem(get) => expressions([&get.expr, &get.subscript_expr]),
        Expr::List(list) => list.items.iter().try_for_each(expression),
        Expr::Slice(_) => Err(refused(line, "a slice")),
        Expr::Call(_) => Err(refused(line, "a call")),
        Expr::Tuple(_) | Expr::Map(_) => Err(refused(line, "a map or a tuple")),
    }
}

const fn compares(op: BinOpKind) -> bool {
    match op {
        BinOpKind::Eq
        | BinOpKind::Ne
        | BinOpKind::Lt
        | BinOpKind::Lte
        | BinOpKind::Gt
        | BinOpKind::Gte
        | BinOpKind::ScAnd
        | BinOpKind::ScOr
        | BinOpKind::In => true,
        BinOpKind::Add
        | BinOpKind::Sub
        | BinOpKind::Mul
        | BinOpKind::Div
        | BinOpKind::FloorDiv
        | BinOpKind::Rem
        | BinOpKind::Pow
        | BinOpKind::Concat => false,
    }
}

fn known(line: impl Into<u64>, kind: &str, name: &str, names: &[&str]) -> Result<(), Fault> {
    if names.contains(&name) {
        return Ok(());
    }
    Err(Fault::at(Some(line.into()), format!("there is no {kind} `{name}`; there are {}", names.join(", "))))
}

fn arguments(line: impl Into<u64>, all: &[CallArg<'_>]) -> Result<(), Fault> {
    let line = line.into();
    all.iter().try_for_each(|argument| match argument {
        CallArg::Pos(value) => expression(value),
        CallArg::Kwarg(..) | CallArg::PosSplat(_) | CallArg::KwargSplat(_) => Err(refused(line, "a named argument")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_conditions_loops_and_filters_are_the_language() {
        for source in [
            "plain",
            "{{ order.number }} {{ order['number'] }} {{ lines[0].title|upper }}",
            "{% if order.discount and not x %}a{% elif y == 1 or y in [1, 2] %}b{% else %}c{% endif %}",
            "{% for line in order.lines if line.quantity > 1 %}{{ loop.index }} {{ line.title }}{% else %}none{% endfor %}",
            "{{ name|default('you')|lower }} {{ 'a' if x is none else 'b' }} {# a note #}",
        ] {
            assert_eq!(check(source), Ok(()), "{source}");
        }
    }

    /// Each of these could make much of little, or reach what it was not given.
    #[test]
    fn what_grows_binds_or_calls_is_refused_with_its_line() {
        for source in [
            "{% set a = 'x' %}",
            "{% set a %}x{% endset %}",
            "{% with a = 1 %}{% endwith %}",
            "{{ 'x' * 100000000 }}",
            "{{ a ~ a }}",
            "{{ a + a }}",
            "{{ -1 }}",
            "{{ range(100000) }}",
            "{{ a.replace('x', 'y') }}",
            "{{ a[1:2] }}",
            "{{ {'a': 1} }}",
            "{{ a|replace('x', 'yy') }}",
            "{{ a|safe }}",
            "{{ a|default(value='x') }}",
            "{{ a is startingwith('x') }}",
            "{% filter upper %}x{% endfilter %}",
            "{% autoescape false %}{{ a }}{% endautoescape %}",
            "{% for a in b recursive %}{{ loop(a) }}{% endfor %}",
            "{% for a, b in c %}{% endfor %}",
            "{% do a() %}",
            "{% include 'x' %}",
            "{% macro m() %}{% endmacro %}",
            "{% if x %}",
            "{{ a",
        ] {
            let refused = check(&format!("one\ntwo {source}")).expect_err(source);
            assert_eq!(refused.line, Some(2), "{source}: {refused:?}");
        }
    }
}
