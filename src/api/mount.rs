//! Where the routes of the one page go: into the document, or into a worker that answers them.
//!
//! A worker has no use for the description of what it serves, and each of them would keep the memory
//! that describing everything takes.

use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{Error, web};
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::scope::Scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// Takes routes below one path.
pub trait Below {
    /// Takes one more.
    #[must_use]
    fn service<F>(self, route: F) -> Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static;
}

/// Takes routes, some of them below one path.
pub trait Mount<S: Below> {
    /// Takes those that are below the path.
    fn mount(&mut self, below: S) -> &mut Self;

    /// Takes one more.
    fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static;
}

impl Below for actix_web::Scope {
    fn service<F>(self, route: F) -> Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.service(route)
    }
}

impl Mount<actix_web::Scope> for web::ServiceConfig {
    fn mount(&mut self, below: actix_web::Scope) -> &mut Self {
        self.service(below)
    }

    fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.service(route)
    }
}

impl<T> Below for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    fn service<F>(self, route: F) -> Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.service(route)
    }
}

impl<T, B> Mount<Scope<T>> for ServiceConfig<'_>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    fn mount(&mut self, below: Scope<T>) -> &mut Self {
        self.service(below)
    }

    fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.service(route)
    }
}
