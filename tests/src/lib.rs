//! shiyan-tests
