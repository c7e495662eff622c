using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jianwei.Alerts.Api;

/// <summary>The REST side of alerts.</summary>
public static class AlertsApi
{
    /// <summary>
    /// Maps <c>/api/…</c>, <c>/health</c> and <c>/ready</c>. Errors are problem details that name field, value and what is allowed.
    /// </summary>
    public static IEndpointRouteBuilder MapAlertsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
        var api = routes.MapGroup("/api").AddEndpointFilter(Answer.Filter);
        api.MapPortfolios();
        api.MapMembers();
        api.MapSubscriptions();
        api.MapCompanies();
        api.MapScoreHistory();
        api.MapAlerts();
        return routes;
    }
}
