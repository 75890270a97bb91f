@extended @needs-pods @rule-chosen-runtime-serves @since-0.11.0
Feature: The server of the selected runtime answers predictions

  A decision of the controller only matters if the right server runs. These scenarios run real pods: a model server
  reports the name of its runtime, over each protocol that KServe supports.

  Background:
    Given pods can run in namespace "team-a"

  @rule-explicit-namespace-first
  Scenario: A named runtime answers over both protocols
    Given a ServingRuntime "sklearn-server" in namespace "team-a" that runs the model server
      | format  | version |
      | sklearn | 1       |
    And a ClusterServingRuntime "sklearn-server" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "sklearn-server"
    Then it becomes ready
    And its v1 predictions are answered by ServingRuntime "sklearn-server" in namespace "team-a"
    And its v2 predictions are answered by ServingRuntime "sklearn-server" in namespace "team-a"

  @rule-namespace-before-cluster
  Scenario: The selected one of several runtimes answers
    Given a ClusterServingRuntime "of-the-cluster" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "of-the-namespace" in namespace "team-a" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "of-the-namespace" in namespace "team-a"
    And its v1 predictions are answered by ServingRuntime "of-the-namespace" in namespace "team-a"

  @rule-auto-sees-own-namespace-and-cluster
  Scenario: A cluster runtime answers if the namespace has none
    Given a ClusterServingRuntime "of-the-cluster" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v1"
    Then it becomes ready
    And its v1 predictions are answered by ClusterServingRuntime "of-the-cluster"

  @rule-legacy-key-converted
  Scenario: A legacy service is answered by the runtime for its format
    Given a ServingRuntime "sklearn-server" in namespace "team-a" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ServingRuntime "sklearn-server" in namespace "team-a"
    And its v1 predictions are answered by ServingRuntime "sklearn-server" in namespace "team-a"
