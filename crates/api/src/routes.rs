//! Routes that describe themselves only where they are asked to.
//!
//! A shop answers with the description that is committed. To compose it anew at each start took 30 MiB that the process kept, and more
//! than half of the time until it was ready. What composes it is a tenth of the program: release builds leave it out.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::{HttpMethod, OpenApi};

use crate::shop::Shop;

/// Routes, and the document of each.
pub(crate) struct Routes {
    router: Router<Shop>,
    documents: Vec<fn() -> OpenApi>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), documents: Vec::new() }
    }

    /// Routes that this document describes; nobody asks a release build for it.
    pub(crate) fn described_by<D: utoipa::OpenApi>() -> Self {
        Self { documents: if cfg!(debug_assertions) { vec![D::openapi] } else { Vec::new() }, ..Self::new() }
    }

    /// Has a handler answer the methods and the path that its `#[utoipa::path]` names.
    pub(crate) fn answered_by<P: utoipa::Path, T: 'static>(self, handler: impl Handler<T, Shop>) -> Self {
        let answered = P::methods().into_iter().map(filter).reduce(MethodFilter::or);
        let Some(answered) = answered else { return self };
        Self { router: self.router.route(&P::path(), on(answered, handler)), ..self }
    }

    pub(crate) fn merge(mut self, others: Self) -> Self {
        self.documents.extend(others.documents);
        Self { router: self.router.merge(others.router), ..self }
    }

    pub(crate) fn into_router(self) -> Router<Shop> {
        self.router
    }

    /// Adds to a document what describes these routes.
    pub(crate) fn describe(&self, document: &mut OpenApi) {
        for described in &self.documents {
            document.merge(described());
        }
    }
}

fn filter(method: HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

/// The routes of these handlers, which are named as they stand: `routes![list_orders, get_order]`.
macro_rules! routes {
    ($($handler:ident),+ $(,)?) => {
        pastey::paste! {{
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($($handler),+))]
            struct Described;
            $crate::routes::Routes::described_by::<Described>()$(.answered_by::<[<__path_ $handler>], _>($handler))+
        }}
    };
}

pub(crate) use routes;
