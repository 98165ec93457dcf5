"""What the coming months will probably cost: computed outside dbt, landed as a source that it reads."""

from orchestration.forecast.forecasting import Forecast, can_forecast, refresh_forecast
from orchestration.forecast.views import create_forecast_view

__all__ = ["Forecast", "can_forecast", "create_forecast_view", "refresh_forecast"]
