@extended @needs-pods @rule-chosen-runtime-serves @since-0.11.0
Feature: Pods tell which runtime they were made of

  What the controller decides is only worth what becomes of it. Here the pods are real: a model server says which
  runtime it was started by, over each protocol that KServe speaks.

  Background:
    Given pods can run in namespace "team-a"

  @rule-explicit-namespace-first
  Scenario: A named runtime serves, and answers over both protocols
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
  Scenario: The runtime that is chosen of several serves
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
  Scenario: A runtime of the cluster serves where the namespace has none
    Given a ClusterServingRuntime "of-the-cluster" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v1"
    Then it becomes ready
    And its v1 predictions are answered by ClusterServingRuntime "of-the-cluster"

  @rule-legacy-key-converted
  Scenario: A service of the old schema is served by the runtime of its format
    Given a ServingRuntime "sklearn-server" in namespace "team-a" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ServingRuntime "sklearn-server" in namespace "team-a"
    And its v1 predictions are answered by ServingRuntime "sklearn-server" in namespace "team-a"
