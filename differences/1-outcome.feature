@extended
Feature: memory:v0.10.2 and controlplane:v0.10.2 differ in the outcome of InferenceService team-377/model

  Scenario: World 761
    Given a ServingRuntime "b" in namespace "team-377"
      | format  | version | autoSelect |
      | sklearn | 2       | true       |
    When a service in namespace "team-377" uses the legacy key "sklearn"
    Then it runs on ServingRuntime "b" of namespace "team-377"
